/** One space between a Chinese character and a Latin letter or digit; none between two Chinese ones or beside their punctuation. */
export function spaced(text: string): string {
  return text
    .replace(/(\p{Script=Han})(?=[A-Za-z0-9])|([A-Za-z0-9])(?=\p{Script=Han})/gu, '$& ')
    .replace(/(?<=[\p{Script=Han}，。：；、！？（）《》]) +(?=[\p{Script=Han}，。：；、！？（）《》])/gu, '')
    .replace(/ +(?=[，。：；、！？（）《》])|(?<=[，。：；、！？（）《》]) +/gu, '');
}
