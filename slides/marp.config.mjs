// Settings of Marp for every deck of the course.
import { fileURLToPath } from "node:url";

import { spokenFormulas } from "./spoken.mjs";

export default {
  themeSet: [fileURLToPath(new URL("theme.css", import.meta.url))],
  lang: "en",
  engine: ({ marp }) => marp.use(spokenFormulas),
  browserTimeout: 120, // seconds; PDF pages full of contour lines take a while on a slow laptop
  options: {
    math: "mathjax", // KaTeX would load its fonts from the network
    emoji: { shortcode: false, unicode: false }, // and emoji would be images from the network
    markdown: { breaks: false }, // a line break in the source is a space, as elsewhere in Markdown
  },
};
