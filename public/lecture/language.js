// The reader's language: ?lang=, then the browser's. What is in the other one goes.
(() => {
  const asked = new URLSearchParams(window.location.search).get('lang') ?? navigator.language;
  const lang = /^zh/i.test(asked) ? 'zh-CN' : 'en';
  document.documentElement.lang = lang;
  for (const element of document.querySelectorAll('body [lang]')) {
    if (element.lang !== lang && !('keep' in element.dataset)) element.remove();
  }
  for (const scene of document.querySelectorAll('irq-scope')) scene.setAttribute('lang', lang === 'en' ? 'en' : 'zh');
  const heading = document.querySelector('h1');
  if (heading !== null) document.title = heading.textContent;
})();
