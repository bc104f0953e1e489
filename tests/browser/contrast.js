// Finds texts that are too faint on what they stand on: the nearest background that is not see-through, or the
// wallpaper's first colour. Returns lines such as ".subtitle: 3.90"; WCAG asks for 4.5.
(selectors) => {
  const rgb = (text) => {
    const numbers = text.match(/[\d.]+/g).map(Number);
    const scale = text.startsWith("color(") ? 255 : 1;
    return [numbers[0] * scale, numbers[1] * scale, numbers[2] * scale, numbers[3] ?? 1];
  };
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const over = ([r, g, b, a], under) => [r, g, b].map((v, i) => v * a + under[i] * (1 - a));
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    const style = getComputedStyle(element);
    const colour = rgb(style.backgroundColor);
    const wall = style.backgroundImage.match(/rgb\\([^)]*\\)/);
    if (colour[3] === 0 && wall) return rgb(wall[0]);
    return colour[3] === 1 ? colour : over(colour, behind(element.parentElement));
  };
  const faults = [];
  for (const selector of selectors) {
    const found = [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
    if (!found.length) faults.push(`${selector}: not there`);
    for (const element of found) {
      const back = behind(element);
      const front = over(rgb(getComputedStyle(element).color), back);
      const [one, other] = [light(front), light(back)].sort((a, b) => b - a);
      const ratio = (one + 0.05) / (other + 0.05);
      if (ratio < 4.5) faults.push(`${selector}: ${ratio.toFixed(2)}`);
    }
  }
  return [...new Set(faults)];
}
