// What is wrong with the laid-out sheet: boxes with an area in common, lines that slant or pass
// through a box, and what reaches out of its frame or out of the picture.
() => {
  const { sheet } = archdslPage.picture;
  const wrong = [];
  const inner = (r, x, y) =>
    x > r.x + 0.5 && x < r.x + r.width - 0.5 && y > r.y + 0.5 && y < r.y + r.height - 0.5;
  sheet.boxes.forEach((a, i) => sheet.boxes.slice(i + 1).forEach((b) => {
    if (a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)
      wrong.push(`${a.node.path} over ${b.node.path}`);
  }));
  for (const { points } of sheet.lines) for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    if (x0 !== x1 && y0 !== y1) wrong.push(`a slanted line at ${x0} ${y0}`);
    for (let t = 0; t <= 1; t += 1 / 64) for (const box of sheet.boxes)
      if (inner(box, x0 + t * (x1 - x0), y0 + t * (y1 - y0))) wrong.push(`a line in ${box.node.path}`);
  }
  const frames = new Map(sheet.frames.map((frame) => [frame.node, frame]));
  for (const thing of [...sheet.boxes, ...sheet.frames]) {
    const frame = frames.get(thing.node.parent);
    if (frame && (thing.x < frame.x || thing.y < frame.y || thing.y + thing.height > frame.y + frame.height
      || thing.x + thing.width > frame.x + frame.width)) wrong.push(`${thing.node.path} out of its frame`);
    if (thing.x < -0.5 || thing.x + thing.width > sheet.width + 0.5) wrong.push(`${thing.node.path} clipped`);
  }
  return wrong.slice(0, 10);
}
