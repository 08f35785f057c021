// Ends of lines at which there is neither a box or a frame nor another line.
() => {
  const { sheet } = archdslPage.picture;
  const touches = ([x, y]) =>
    [...sheet.boxes, ...sheet.frames].some((r) =>
      x >= r.x - 1 && x <= r.x + r.width + 1 && y >= r.y - 4 && y <= r.y + r.height + 4) ||
    sheet.lines.filter((l) => l.points.some((p) => Math.hypot(p[0] - x, p[1] - y) < 1)).length > 1;
  return sheet.lines.flatMap((l) => [l.points[0], l.points[l.points.length - 1]])
    .filter((point) => !touches(point));
}
