// The element above, driven from outside.
const scene = document.getElementById('scene');
const said = document.getElementById('said');
for (const button of document.querySelectorAll('button[data-step]'))
  button.addEventListener('click', () => scene.stepBy(Number(button.dataset.step)));
scene.addEventListener('step', ({ detail }) => {
  said.textContent = `${detail.index + 1} / ${detail.count}: ${detail.sentence ?? detail.name}`;
});
