// Curves: the values at the pointer, or with the arrow keys.
for (const chart of document.querySelectorAll('.chart')) {
  const svg = chart.querySelector('svg'), cursor = svg.querySelector('.cursor'), tip = chart.querySelector('.tip'), data = chart.querySelector('.data').dataset;
  const [left, right, width] = data.plot.split(' ').map(Number);
  const names = data.names.split('|'), colors = data.colors.split('|');
  const steps = data.x.split(' ').map(Number);
  const values = data.values.split('|').map(v => v.split(' ').map(Number));
  const first = steps[0], last = steps[steps.length - 1];
  const place = i => last === first ? (left + right) / 2 : left + (steps[i] - first) / (last - first) * (right - left);
  const text = v => Number.isNaN(v) ? null : data.shares === '1' ? (100 * v).toFixed(1) + '%' : Number(v.toPrecision(5)).toString();

  const show = i => {
    const x = place(i);
    cursor.setAttribute('x1', x);
    cursor.setAttribute('x2', x);
    cursor.removeAttribute('hidden');
    tip.replaceChildren(document.createTextNode('step ' + steps[i].toLocaleString('en')));
    names.forEach((name, k) => {
      const value = text(values[k][i]);
      if (value === null) return;
      const line = document.createElement('div'), swatch = document.createElement('span');
      swatch.className = 'swatch';
      swatch.style.background = colors[k];
      line.append(swatch, name + ' ' + value);
      tip.append(line);
    });
    tip.hidden = false;
    beside(tip, x / width, chart.querySelector('.plot'));
  };
  const hide = () => { cursor.setAttribute('hidden', 'hidden'); tip.hidden = true; };
  const go = steer(svg, tip, steps.length, show, hide);

  svg.addEventListener('pointermove', e => {
    const box = svg.getBoundingClientRect(), x = (e.clientX - box.left) / box.width * width;
    let nearest = 0;
    steps.forEach((_, i) => { if (Math.abs(place(i) - x) < Math.abs(place(nearest) - x)) nearest = i; });
    go(nearest);
  });
}

// What is right of the line in all pictures.
choose(radio => {
  for (const tile of document.querySelectorAll('.decoded')) tile.style.backgroundPositionY = tile.dataset[radio.value];
});

// The heat map: how often the code under the pointer is chosen.
for (const image of document.querySelectorAll('img[data-levels]')) {
  const levels = atob(image.dataset.levels), labels = image.dataset.labels.split('|'), range = Number(image.dataset.range);
  const columns = Number(image.getAttribute('width')), rows = Number(image.getAttribute('height')), tip = image.parentElement.querySelector('.tip');
  image.addEventListener('pointermove', e => {
    const box = image.getBoundingClientRect(), share = (e.clientX - box.left) / box.width;
    const column = Math.min(columns - 1, Math.max(0, Math.floor(share * columns)));
    const row = Math.min(rows - 1, Math.max(0, Math.floor((e.clientY - box.top) / box.height * rows)));
    const level = levels.charCodeAt(row * columns + column), ratio = Math.pow(range, (level - 1) / 127 - 1);
    tip.textContent = labels[row] + ' ' + (column + 1) + ' of ' + columns + ': ' + (level === 0 ? 'never' : Number(ratio.toPrecision(2)) + ' × an even share');
    tip.hidden = false;
    beside(tip, share, image.parentElement);
  });
  image.addEventListener('pointerleave', () => { tip.hidden = true; });
}

// While the run goes on: the page again, where the reader asked for it. The address keeps the wish over the reload.
const live = document.querySelector('.live input');
if (live) {
  let timer = 0;
  const set = () => {
    clearInterval(timer);
    if (live.checked) timer = setInterval(() => location.reload(), 30000);
  };
  live.checked = location.hash === '#live';
  live.addEventListener('change', () => {
    history.replaceState(null, '', live.checked ? '#live' : location.pathname);
    set();
  });
  set();
}
