// Charts: the point that is nearest to the pointer, or one after the other with the arrow keys.
for (const chart of document.querySelectorAll('.chart')) {
  const svg = chart.querySelector('.plot svg'), tip = chart.querySelector('.tip'), plot = chart.querySelector('.plot');
  const points = [...svg.querySelectorAll('circle')].map(c => ({ x: Number(c.getAttribute('cx')), y: Number(c.getAttribute('cy')), text: c.querySelector('title').textContent, color: c.style.fill }));
  const width = svg.viewBox.baseVal.width, height = svg.viewBox.baseVal.height;
  let at = points.length - 1;

  // The browser's own labels would come over these.
  for (const title of svg.querySelectorAll('title')) title.remove();
  const show = i => {
    at = Math.max(0, Math.min(points.length - 1, i));
    const swatch = document.createElement('span');
    swatch.className = 'swatch';
    swatch.style.background = points[at].color;
    tip.replaceChildren(swatch, points[at].text);
    tip.hidden = false;
    beside(tip, points[at].x / width, plot);
    tip.style.top = Math.max(0, Math.min(plot.clientHeight - tip.offsetHeight, points[at].y / height * plot.clientHeight - tip.offsetHeight / 2)) + 'px';
  };
  const hide = () => { tip.hidden = true; };
  if (points.length === 0) continue;
  svg.addEventListener('pointermove', e => {
    const box = svg.getBoundingClientRect(), x = (e.clientX - box.left) / box.width * width, y = (e.clientY - box.top) / box.height * height;
    let nearest = 0;
    const distance = i => Math.hypot(points[i].x - x, points[i].y - y);
    points.forEach((_, i) => { if (distance(i) < distance(nearest)) nearest = i; });
    show(nearest);
  });
  svg.addEventListener('pointerleave', hide);
  svg.addEventListener('blur', hide);
  svg.addEventListener('keydown', e => {
    const move = { ArrowLeft: -1, ArrowRight: 1, Home: -points.length, End: points.length }[e.key];
    if (move === undefined) return;
    e.preventDefault();
    show(tip.hidden && Math.abs(move) === 1 ? at : at + move);
  });
}

// What is left of the line in all pictures, and how large they are.
for (const radio of document.querySelectorAll('.choice input')) {
  const apply = () => {
    if (!radio.checked) return;
    if (radio.name === 'size') document.documentElement.dataset.size = radio.value;
    else for (const image of document.querySelectorAll('.compare .original')) image.hidden = image.dataset.version !== radio.value;
  };
  radio.addEventListener('change', apply);
  apply();
}
