// Every command of the app, once: what menus and help call it, its keys, and where they apply. Pure data, for the page, for
// the main process, which makes native menus of it, and for the map of keys. What a command does is in commands/bindings.ts.
//
// A key is written with its modifiers first: `Mod` is Ctrl, on macOS ⌘. Symbols stand for what is typed, whatever Shift that takes.

export type Place = keyof typeof places

/** Where keys apply, as help names it. `within`: only while the focus is there; its own view takes them, before all others. */
export const places = {
  anywhere: { title: 'anywhere' },
  first: { title: 'first screen' },
  working: { title: 'with a sound open' },
  studio: { title: 'in the studio' },
  live: { title: 'calm screen of the microphone' },
  source: { title: 'a source', within: true },
  tools: { title: 'tools of the spectrogram' },
  field: { title: 'stereo field', within: true },
  picture: { title: 'spectrogram of a file', within: true },
  notes: { title: 'notes', within: true },
  overview: { title: 'overview of a file', within: true },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly within?: true }>>

export const menuTitles = { file: 'File', edit: 'Edit', view: 'View', transport: 'Transport', sources: 'Sources', tools: 'Tools', help: 'Help' } as const
export type MenuName = keyof typeof menuTitles

export interface Command {
  readonly name: string
  /** In the menu, unless the page has a better one for now ("Undo Mute Bass"). Three dots ask something first. */
  readonly label: string
  /** In the map of keys, where the label would be too long. */
  readonly short?: string
  readonly where: Place
  readonly keys?: readonly string[]
  readonly menu: MenuName
  /** Commands of one menu with the same number stand together. */
  readonly group: number
  /** Shown with a mark while it is so. */
  readonly check?: true
  /** In a field of text the key is the text's. */
  readonly text?: true
}

const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const

/** In the order of the menus. */
const rows = [
  { name: 'open', label: 'Open a sound…', short: 'open a file', where: 'anywhere', keys: ['O', 'Mod+O'], menu: 'file', group: 1 },
  { name: 'openPreset', label: 'Open a preset…', where: 'anywhere', menu: 'file', group: 1 },
  { name: 'presets', label: 'Presets…', short: 'presets', where: 'anywhere', keys: ['P', 'Shift+Mod+P'], menu: 'file', group: 1 },
  { name: 'openSession', label: 'Open a session…', where: 'anywhere', keys: ['Shift+Mod+O'], menu: 'file', group: 1 },
  { name: 'saveSession', label: 'Save the session', where: 'working', keys: ['Mod+S'], menu: 'file', group: 2 },
  { name: 'saveSessionAs', label: 'Save the session as…', where: 'working', keys: ['Shift+Mod+S'], menu: 'file', group: 2 },
  { name: 'saveSelection', label: 'Save the selection…', where: 'working', menu: 'file', group: 2 },
  { name: 'export', label: 'Export…', short: 'export', where: 'studio', keys: ['X', 'Mod+E'], menu: 'file', group: 3 },

  { name: 'undo', label: 'Undo', where: 'anywhere', keys: ['Mod+Z'], menu: 'edit', group: 1, text: true },
  { name: 'redo', label: 'Redo', where: 'anywhere', keys: ['Shift+Mod+Z', 'Mod+Y'], menu: 'edit', group: 1, text: true },

  { name: 'studio', label: 'The whole studio', where: 'live', keys: ['Escape'], menu: 'view', group: 1 },
  { name: 'calm', label: 'Calm view', where: 'studio', menu: 'view', group: 1 },
  { name: 'field', label: 'Stereo field', where: 'studio', keys: ['F'], menu: 'view', group: 2 },
  { name: 'picture', label: 'Spectrogram', where: 'tools', keys: ['G'], menu: 'view', group: 2 },
  { name: 'notes', label: 'Notes', where: 'studio', keys: ['N'], menu: 'view', group: 2 },
  { name: 'settings', label: 'Settings', where: 'studio', menu: 'view', group: 2 },
  { name: 'owners', label: 'Colour shows the owner', where: 'working', menu: 'view', group: 3, check: true },
  { name: 'contested', label: 'Show what is contested', where: 'working', menu: 'view', group: 3, check: true },
  { name: 'diffuse', label: 'Show what is diffuse', where: 'working', menu: 'view', group: 3, check: true },
  { name: 'wrapped', label: 'Show where delays are ambiguous', where: 'working', menu: 'view', group: 3, check: true },
  { name: 'showSources', label: 'Show the sources', where: 'studio', menu: 'view', group: 4, check: true },
  { name: 'showSide', label: 'Show the right column', where: 'studio', menu: 'view', group: 4, check: true },
  { name: 'showDrawer', label: 'Show the drawer', where: 'studio', menu: 'view', group: 4, check: true },
  { name: 'usualLayout', label: 'Panels as at first', where: 'studio', menu: 'view', group: 4 },

  { name: 'play', label: 'Play', short: 'play', where: 'studio', keys: ['Space'], menu: 'transport', group: 1 },
  { name: 'start', label: 'Go to the start', where: 'studio', keys: ['Home'], menu: 'transport', group: 1 },
  { name: 'loop', label: 'Loop', short: 'loop the passage, or a little from here on', where: 'studio', keys: ['Shift+L'], menu: 'transport', group: 1, check: true },
  { name: 'marker', label: 'Add a marker', short: 'add a marker', where: 'studio', keys: ['K'], menu: 'transport', group: 1 },
  { name: 'nextMarker', label: 'Next marker', where: 'studio', keys: ['.'], menu: 'transport', group: 1 },
  { name: 'lastMarker', label: 'Marker before', where: 'studio', keys: [','], menu: 'transport', group: 1 },
  { name: 'compare', label: 'Hear the original', short: 'compare with the original', where: 'working', keys: ['A'], menu: 'transport', group: 2, check: true },
  { name: 'removed', label: 'Hear what is removed', where: 'working', keys: ['I'], menu: 'transport', group: 2, check: true },
  { name: 'listen', label: 'Listen to the microphone', where: 'working', menu: 'transport', group: 2, check: true },
  { name: 'microphone', label: 'Open the microphone', where: 'anywhere', menu: 'transport', group: 3 },

  { name: 'addSource', label: 'Add a source', where: 'studio', menu: 'sources', group: 1 },
  { name: 'removeSource', label: 'Remove the chosen source', where: 'studio', menu: 'sources', group: 1 },
  { name: 'mute', label: 'Mute', where: 'source', keys: ['M'], menu: 'sources', group: 2, check: true },
  { name: 'solo', label: 'Solo', where: 'source', keys: ['S'], menu: 'sources', group: 2, check: true },
  { name: 'invert', label: 'Hear everything but it', where: 'source', keys: ['Shift+S'], menu: 'sources', group: 2, check: true },
  ...digits.map((digit) => ({ name: `source${digit}` as const, label: `Source ${digit}`, where: 'studio', keys: [`${digit}`], menu: 'sources', group: 3 } as const)),
  { name: 'rest', label: 'Rest', where: 'studio', keys: ['0'], menu: 'sources', group: 3 },
  { name: 'resetSettings', label: 'Reset the settings', where: 'working', menu: 'sources', group: 4 },

  { name: 'point', label: 'Point', where: 'tools', keys: ['V'], menu: 'tools', group: 1, check: true },
  { name: 'lasso', label: 'Lasso', where: 'tools', keys: ['L'], menu: 'tools', group: 1, check: true },
  { name: 'rectangle', label: 'Rectangle', where: 'tools', keys: ['R'], menu: 'tools', group: 1, check: true },
  { name: 'brush', label: 'Brush', where: 'tools', keys: ['B'], menu: 'tools', group: 1, check: true },
  { name: 'harmonic', label: 'Harmonic brush', where: 'tools', keys: ['H'], menu: 'tools', group: 1, check: true },
  { name: 'eraser', label: 'Eraser', where: 'tools', keys: ['E'], menu: 'tools', group: 1, check: true },
  { name: 'narrower', label: 'Narrower brush', where: 'tools', keys: ['['], menu: 'tools', group: 2 },
  { name: 'wider', label: 'Wider brush', where: 'tools', keys: [']'], menu: 'tools', group: 2 },
  { name: 'weaker', label: 'Weaker paint', where: 'tools', keys: ['{'], menu: 'tools', group: 2 },
  { name: 'stronger', label: 'Stronger paint', where: 'tools', keys: ['}'], menu: 'tools', group: 2 },
  { name: 'learn', label: 'Learn a sound…', short: 'learn a sound', where: 'studio', keys: ['T'], menu: 'tools', group: 3 },
  { name: 'tune', label: 'Tune to your instrument…', where: 'anywhere', menu: 'tools', group: 3 },

  { name: 'helpKeys', label: 'Every key', short: 'this map, and help', where: 'anywhere', keys: ['?'], menu: 'help', group: 1 },
  { name: 'helpMicrophone', label: 'Clean a microphone', where: 'anywhere', menu: 'help', group: 1 },
  { name: 'helpCall', label: 'Into a call', where: 'anywhere', menu: 'help', group: 1 },
  { name: 'helpUnmix', label: 'Un-mix a file', where: 'anywhere', menu: 'help', group: 1 },
  { name: 'helpNotes', label: 'Play notes', where: 'anywhere', menu: 'help', group: 1 },
  { name: 'demo', label: 'Play the demo', where: 'anywhere', menu: 'help', group: 2 },
] as const satisfies readonly Command[]

export type CommandName = (typeof rows)[number]['name']
export const commands: readonly (Command & { readonly name: CommandName })[] = rows

/** Keys that a view takes while it has the focus: no commands of the whole app, but part of the map of keys. */
export interface ViewKeys { readonly where: Place; readonly keys: readonly string[]; readonly label: string }

export const viewKeys: readonly ViewKeys[] = [
  { where: 'first', keys: ['1', '2', '3'], label: 'clean a microphone, un-mix a file, play notes' },
  { where: 'source', keys: ['F2'], label: 'rename' },
  { where: 'overview', keys: ['←', '→'], label: 'move by seconds; a marker or an edge of the loop moves itself, with Shift further' },
  { where: 'overview', keys: ['F2', 'Delete'], label: 'rename, remove the marker' },

  { where: 'field', keys: ['←', '→', '↑', '↓'], label: 'move the chosen place, or a cross; with Shift coarse, with Ctrl fine' },
  { where: 'field', keys: ['Alt+←', 'Alt+→'], label: 'narrower, wider' },
  { where: 'field', keys: ['Enter'], label: 'place a point at the cross, or snap the chosen one to its peak; with Shift another of the chosen source' },
  { where: 'field', keys: ['P'], label: 'next peak' },
  { where: 'field', keys: ['N'], label: 'next place' },
  { where: 'field', keys: ['V', 'L', 'R', 'B'], label: 'point, lasso, rectangle, brush' },
  { where: 'field', keys: ['\\'], label: 'the other view' },
  { where: 'field', keys: ['+', '-', 'Home'], label: 'zoom' },
  { where: 'field', keys: ['Delete'], label: 'remove the place' },

  { where: 'picture', keys: ['←', '→', '↑', '↓'], label: 'move a cross; with Shift further' },
  { where: 'picture', keys: ['Enter'], label: 'begin and end a stroke' },
  { where: 'picture', keys: ['Alt+←', 'Alt+→', 'Alt+↑', 'Alt+↓'], label: 'move what is selected' },
  { where: 'picture', keys: ['+', '-'], label: 'zoom, with Alt in frequency' },
  { where: 'picture', keys: ['Delete'], label: 'remove what is selected' },

  { where: 'notes', keys: ['←', '→'], label: 'the note before and after' },
  { where: 'notes', keys: ['Alt+←', 'Alt+→', 'Alt+↑', 'Alt+↓'], label: 'move the chosen notes' },
  { where: 'notes', keys: ['Shift+Alt+←', 'Shift+Alt+→'], label: 'shorter, longer' },
  { where: 'notes', keys: ['Mod+A'], label: 'all notes' },
  { where: 'notes', keys: ['N'], label: 'a new note' },
  { where: 'notes', keys: ['Enter'], label: 'hear it' },
  { where: 'notes', keys: ['[', ']'], label: 'softer, louder' },
  { where: 'notes', keys: ['+', '-'], label: 'zoom, with Alt in pitch' },
  { where: 'notes', keys: ['Delete'], label: 'remove' },

  { where: 'live', keys: ['Space'], label: 'compare' },
  { where: 'live', keys: ['↑', '↓'], label: 'reduction, with Shift finer' },
]

/** What the page tells of a command for now. One that it does not tell of is as the table has it, and cannot be used. */
export interface CommandState { readonly enabled: boolean; readonly checked?: boolean; readonly label?: string }
export type CommandStates = Readonly<Partial<Record<CommandName, CommandState>>>

export const commandNamed = (name: unknown): (typeof commands)[number] | undefined => commands.find((command) => command.name === name)
