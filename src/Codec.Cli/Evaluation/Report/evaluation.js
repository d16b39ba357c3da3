// Charts: the point that is nearest to the pointer, or one after the other with the arrow keys.
for (const chart of document.querySelectorAll('.chart')) {
  const svg = chart.querySelector('.plot svg'), tip = chart.querySelector('.tip'), plot = chart.querySelector('.plot');
  const points = [...svg.querySelectorAll('circle')].map(c => ({ x: Number(c.getAttribute('cx')), y: Number(c.getAttribute('cy')), text: c.querySelector('title').textContent, color: c.style.fill }));
  const width = svg.viewBox.baseVal.width, height = svg.viewBox.baseVal.height;

  // The browser's own labels would come over these.
  for (const title of svg.querySelectorAll('title')) title.remove();
  const show = i => {
    const swatch = document.createElement('span');
    swatch.className = 'swatch';
    swatch.style.background = points[i].color;
    tip.replaceChildren(swatch, points[i].text);
    tip.hidden = false;
    beside(tip, points[i].x / width, plot);
    tip.style.top = Math.max(0, Math.min(plot.clientHeight - tip.offsetHeight, points[i].y / height * plot.clientHeight - tip.offsetHeight / 2)) + 'px';
  };
  const hide = () => { tip.hidden = true; };
  if (points.length === 0) continue;
  const go = steer(svg, tip, points.length, show, hide);
  svg.addEventListener('pointermove', e => {
    const box = svg.getBoundingClientRect(), x = (e.clientX - box.left) / box.width * width, y = (e.clientY - box.top) / box.height * height;
    let nearest = 0;
    const distance = i => Math.hypot(points[i].x - x, points[i].y - y);
    points.forEach((_, i) => { if (distance(i) < distance(nearest)) nearest = i; });
    go(nearest);
  });
}

// What is left of the line in all pictures, and how large they are.
choose(radio => {
  if (radio.name === 'size') document.documentElement.dataset.size = radio.value;
  else for (const image of document.querySelectorAll('.compare .original')) image.hidden = image.dataset.version !== radio.value;
});
