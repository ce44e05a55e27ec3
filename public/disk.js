// Where the browser loads none of the page's modules, or one of them later is gone, this plain script does without them.
function inChinese() {
  var root = document.getElementById('root');
  // The page has a language of its own once there is something of it.
  return /^zh/i.test(root !== null && root.firstChild !== null ? document.documentElement.lang : navigator.language);
}

// Opened from a disk it says what to open instead.
if (window.location.protocol === 'file:') {
  document.addEventListener('DOMContentLoaded', function () {
    var root = document.getElementById('root');
    if (root === null || root.firstChild !== null) return;
    var zh = /^zh/i.test(navigator.language);
    var says = document.createElement('p');
    says.style.cssText = 'margin:2rem;font:1.125rem/1.5 system-ui,sans-serif';
    says.append(zh ? '从磁盘打开时，这个页面无法运行。请打开它旁边的 ' : 'This page does not run from a disk. Open ');
    var link = document.createElement('a');
    link.href = 'irqscope.html' + window.location.search + window.location.hash;
    link.textContent = 'irqscope.html';
    says.append(link, zh ? '，它是一个完整的文件。' : ' beside it instead: it is the same in one file.');
    root.append(says);
  });
} else if (window.origin === 'null') {
  // A sandboxed frame has no origin, and modules are fetched with CORS, which many a host of static files does not speak: there
  // the page in one file, which fetches nothing, takes its place.
  window.addEventListener(
    'error',
    function (event) {
      if (!(event.target instanceof HTMLScriptElement) || event.target.type !== 'module') return;
      window.location.replace(
        new URL('irqscope.html', window.location.href.replace(/[?#].*/, '')) + window.location.search + window.location.hash,
      );
    },
    true,
  );
} else {
  window.addEventListener(
    'error',
    function (event) {
      if (event.target instanceof HTMLScriptElement && event.target.type === 'module') sayGone();
    },
    true,
  );
}

// A part that did not come and that nobody who waited for it says anything about (no network, or a new build in its place): what
// the reader did led to nothing, and here is why.
window.addEventListener('unhandledrejection', function (event) {
  // As Chromium, Firefox and Safari have it.
  var gone = /dynamically imported module|importing a module script failed/i;
  if (!gone.test(String(event.reason && event.reason.message))) return;
  event.preventDefault();
  sayGone();
});

function sayGone() {
  if (document.getElementById('part-gone') !== null) return;
  var zh = inChinese();
  var says = document.createElement('p');
  says.id = 'part-gone';
  says.setAttribute('role', 'alert');
  says.style.cssText =
    'position:fixed;inset:auto 0 0 0;z-index:99;margin:0;padding:.75rem 1rem;display:flex;gap:1rem;align-items:center;' +
    'font:1rem/1.4 system-ui,sans-serif;background:Canvas;color:CanvasText;border-top:2px solid CanvasText';
  var reload = document.createElement('button');
  reload.type = 'button';
  reload.textContent = zh ? '重新加载' : 'Reload';
  reload.addEventListener('click', function () {
    window.location.reload();
  });
  says.append(
    zh
      ? 'irqscope 的一部分没有加载成功。请检查网络，然后重新加载页面。'
      : 'A part of irqscope did not load. Check the network and reload the page.',
    reload,
  );
  document.body.append(says);
}
