// Where the browser loads none of the page's modules, this plain script does without them.
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
}

// A sandboxed frame has no origin, and modules are fetched with CORS, which many a host of static files does not speak: there
// the page in one file, which fetches nothing, takes its place.
if (window.origin === 'null' && window.location.protocol !== 'file:') {
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
}
