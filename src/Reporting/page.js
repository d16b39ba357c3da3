'use strict';

// A label on the side of a point that has more room; the share is the point's, from the left.
function beside(tip, share, box) {
  const x = share * box.clientWidth, room = box.clientWidth - tip.offsetWidth;
  tip.style.left = Math.max(0, Math.min(room, share > 0.5 ? x - tip.offsetWidth - 10 : x + 10)) + 'px';
}

// A chart's points one after the other with the arrow keys, the last one first; returns what goes to one of them.
function steer(svg, tip, count, show, hide) {
  let at = count - 1;
  const go = i => {
    at = Math.max(0, Math.min(count - 1, i));
    show(at);
  };
  svg.addEventListener('pointerleave', hide);
  svg.addEventListener('blur', hide);
  svg.addEventListener('keydown', e => {
    const move = { ArrowLeft: -1, ArrowRight: 1, Home: -count, End: count }[e.key];
    if (move === undefined) return;
    e.preventDefault();
    go(tip.hidden && Math.abs(move) === 1 ? at : at + move);
  });
  return go;
}

// Radio buttons for all pictures: what is checked holds, from the beginning.
function choose(apply) {
  for (const radio of document.querySelectorAll('.choice input')) {
    const set = () => { if (radio.checked) apply(radio); };
    radio.addEventListener('change', set);
    set();
  }
}

// Two pictures over each other: how much of the upper one is seen, from the left.
for (const pair of document.querySelectorAll('.compare')) {
  const range = pair.querySelector('input'), set = () => pair.style.setProperty('--cut', range.value + '%');
  range.addEventListener('input', set);
  set();
}
