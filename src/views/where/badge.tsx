/** How many findings the run on screen has, on the tab of their panel. */
import './where.css';
import { useFindings } from './reasoning.ts';

export function FindingsBadge() {
  const { all } = useFindings();
  return all.length === 0 ? null : <span className="side-badge">{all.length}</span>;
}
