// The icons, drawn on a grid of 16 with one stroke.

const paths = {
  play: <path class="solid" d="M4.6 2.9v10.2l8.5-5.1z" />,
  pause: <path class="solid" d="M4.3 3h2.5v10H4.3zM9.2 3h2.5v10H9.2z" />,
  start: <><path class="solid" d="M12.4 3.7v8.6L6.2 8z" /><path d="M4.1 3.6v8.8" /></>,
  loop: <path d="M4.6 4.2h5.2a3 3 0 0 1 3 3v.6M10.9 6.2l1.9 1.9 1.9-1.9M11.4 11.8H6.2a3 3 0 0 1-3-3v-.6M5.1 9.8L3.2 7.9 1.3 9.8" />,
  marker: <path d="M4 14V2.4h8l-2 2.8 2 2.8H4" />,
  file: <path d="M4 1.9h4.9l3.2 3.2v9H4zM6.2 11V8.2M8.1 12V7.2M10 10.6v-2" />,
  microphone: <><rect x="6" y="1.9" width="4" height="7.3" rx="2" /><path d="M3.7 7.5a4.3 4.3 0 0 0 8.6 0M8 11.9v2.3" /></>,
  system: <path d="M2.4 3h11.2v7.6H2.4zM5.6 13.4h4.8M8 10.6v2.8M6.2 5.4v2.8M8 4.8v4M9.8 6v1.6" />,
  ear: <path d="M4.6 7.2V6a3.5 3.5 0 0 1 7 0c0 2.6-2.3 2.9-2.4 5-.1 1.8-1.4 2.9-2.8 2.4-.8-.3-1.2-1-1.2-1.8M6.6 6.4c0-1 .7-1.6 1.5-1.6s1.5.6 1.5 1.5c0 1-1.3 1.2-1.3 2.3" />,
  book: <path d="M8 4.2C6.6 3.1 4.6 2.8 2.6 3v9.2c2-.2 4 .1 5.4 1.2 1.4-1.1 3.4-1.4 5.4-1.2V3c-2-.2-4 .1-5.4 1.2zM8 4.2v9.2" />,
  help: <><circle cx="8" cy="8" r="5.8" /><path d="M6.3 6.4a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.9.6-.9 1.3M8 11.4v.1" /></>,
  speaker: <path d="M2.5 6v4h2.6L8.5 13V3L5.1 6zM11 5.8a3 3 0 0 1 0 4.4M12.8 4a5.6 5.6 0 0 1 0 8" />,
  silent: <path d="M2.5 6v4h2.6L8.5 13V3L5.1 6zM11 6.2l3 3.6M14 6.2l-3 3.6" />,
  down: <path d="M4.5 6.3L8 9.8l3.5-3.5" />,
  left: <path d="M9.7 4.5L6.2 8l3.5 3.5" />,
  right: <path d="M6.3 4.5L9.8 8l-3.5 3.5" />,
  warning: <path d="M8 2.3l6.3 11.1H1.7zM8 6.4v3.4M8 11.5v.2" />,
  check: <path d="M3.2 8.4l3.2 3.2 6.4-7" />,
  close: <path d="M4 4l8 8M12 4l-8 8" />,
  tray: <path d="M8 9.8V2.6M5 5.5l3-3 3 3M2.9 9.6v3.8h10.2V9.6" />,
  save: <path d="M8 2.6v7.2M5 6.9l3 3 3-3M2.9 9.6v3.8h10.2V9.6" />,
  point: <><circle cx="8" cy="8" r="4.2" /><path d="M8 1.6v3M8 11.4v3M1.6 8h3M11.4 8h3" /></>,
  lasso: <path d="M8 2.6c3.4 0 5.7 1.6 5.7 3.9S11.4 10.3 8 10.3 2.3 8.8 2.3 6.5 4.6 2.6 8 2.6zM5.2 10c-1.3.5-1.7 2-.5 2.6 1.3.6 1 1.6.1 1.8" />,
  rectangle: <path d="M3 4.2h10v7.6H3z" />,
  brush: <path d="M13.4 2.4L7.2 8.9M5.9 9.2c-1.6.2-1.7 2.4-3.3 3.2 1.9 1.2 5.1.7 4.9-1.6z" />,
  freeze: <path d="M8 1.8v12.4M2.6 4.9l10.8 6.2M13.4 4.9L2.6 11.1M6.3 2.9L8 4.6l1.7-1.7M6.3 13.1L8 11.4l1.7 1.7" />,
  mono: <><path d="M8 2.5v11" /><circle cx="8" cy="8" r="2.6" /></>,
  add: <path d="M8 3.2v9.6M3.2 8h9.6" />,
  undo: <path d="M5.5 3.2L2.7 6l2.8 2.8M2.9 6h6.2a3.7 3.7 0 0 1 0 7.4H6" />,
  redo: <path d="M10.5 3.2L13.3 6l-2.8 2.8M13.1 6H6.9a3.7 3.7 0 0 0 0 7.4H10" />,
  pointer: <path d="M4 2.2l8.2 6.2-3.9.5-2 3.7z" />,
  harmonic: <path d="M3 3.2h3M3 6h5M3 9h7M3 12.2h10" />,
  learn: <path d="M2.4 6.2L8 3.4l5.6 2.8L8 9zM4.6 7.4v3.4c1.9 1.6 4.9 1.6 6.8 0V7.4M13.6 6.4v4" />,
  keys: <path d="M2.2 3.4h11.6v9.2H2.2zM6 3.4v5.4M10 3.4v5.4M6 12.6V8.8M10 12.6V8.8" />,
  list: <path d="M5.6 4.2h7.8M5.6 8h7.8M5.6 11.8h7.8M2.6 4.2h.2M2.6 8h.2M2.6 11.8h.2" />,
  dials: <path d="M2.6 4.6h5M11 4.6h2.4M2.6 11.4H5M8.4 11.4h5M9.3 2.9v3.4M6.7 9.7v3.4" />,
  up: <path d="M4.5 9.8L8 6.3l3.5 3.5" />,
  search: <><circle cx="7" cy="7" r="4.2" /><path d="M10.2 10.2l3.4 3.4" /></>,
  star: <path d="M8 2.2l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4-2.9-2.8 4-.6z" />,
  more: <path class="solid" d="M3.4 6.9a1.1 1.1 0 1 1 0 2.2 1.1 1.1 0 0 1 0-2.2zM8 6.9a1.1 1.1 0 1 1 0 2.2 1.1 1.1 0 0 1 0-2.2zM12.6 6.9a1.1 1.1 0 1 1 0 2.2 1.1 1.1 0 0 1 0-2.2z" />,
  atoms: <path d="M3 12.8V9.4M6.3 12.8V4.2M9.7 12.8V7M13 12.8v-2.2" />,
  eraser: <path d="M6 12.8L2.9 9.7l6-6.3 4 4-5.2 5.4zM5.5 7l4 4M6 12.8h7" />,
} as const

export type IconName = keyof typeof paths

export const Icon = ({ name, size = 16 }: { name: IconName; size?: number }) => (
  <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">{paths[name]}</svg>
)

export const Logo = () => (
  <svg class="logo-mark" width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
    <path d="M3 4l4 14 4-11 4 11 4-14" /><circle cx="11" cy="2.7" r="1.6" />
  </svg>
)
