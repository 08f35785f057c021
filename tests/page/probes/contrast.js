// The contrast of every text in a box with the box's fill, as WCAG counts it.
() => {
  const light = (text) => {
    const context = document.createElement("canvas").getContext("2d");
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
      .map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll("#stage .node")].flatMap((node) => {
    const shape = node.querySelector(".shape:last-of-type") || node.querySelector(".shape");
    return [...node.querySelectorAll("text:not(.shape-text)")].map((text) => {
      const pair = [light(getComputedStyle(text).fill), light(getComputedStyle(shape).fill)].sort();
      return (pair[1] + 0.05) / (pair[0] + 0.05);
    });
  });
}
