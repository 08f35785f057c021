// The median time, in milliseconds, of a step down the picture until it is drawn.
async () => {
  const stage = document.getElementById("stage"), times = [];
  for (let step = 0; step < 30; step++) {
    const start = performance.now();
    stage.scrollTop += 900;
    await new Promise((done) => requestAnimationFrame(done));
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[15];
}
