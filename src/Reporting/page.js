'use strict';

// A label on the side of a point that has more room; the share is the point's, from the left.
function beside(tip, share, box) {
  const x = share * box.clientWidth, room = box.clientWidth - tip.offsetWidth;
  tip.style.left = Math.max(0, Math.min(room, share > 0.5 ? x - tip.offsetWidth - 10 : x + 10)) + 'px';
}

// Two pictures over each other: how much of the upper one is seen, from the left.
for (const pair of document.querySelectorAll('.compare')) {
  const range = pair.querySelector('input'), set = () => pair.style.setProperty('--cut', range.value + '%');
  range.addEventListener('input', set);
  set();
}
