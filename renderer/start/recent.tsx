// What was opened lately, to go on with it.

import { Icon } from '../icons.tsx'
import type { IconName } from '../icons.tsx'
import { forgetRecent, openRecent, recent } from '../session/recent.ts'
import type { Recent } from '../session/recent.ts'
import { timeOf } from './time.ts'

const SHOWN = 4
const icons: Readonly<Record<Recent['kind'], IconName>> = { session: 'save', sound: 'file', microphone: 'microphone' }

const what = ({ kind, sources }: Recent): string =>
  (kind === 'microphone' ? 'microphone' : `${sources} source${sources === 1 ? '' : 's'}`)

export const RecentList = () => {
  const now = new Date()
  const rows = recent.value.slice(0, SHOWN)
  if (rows.length === 0) return null
  return (
    <section class="recent" aria-labelledby="recent">
      <h2 id="recent">Recent</h2>
      <ul>
        {rows.map((row) => (
          <li key={row.id}>
            <button type="button" class="recent-open" onClick={() => void openRecent(row.id)}>
              <Icon name={icons[row.kind]} /><b>{row.name}</b><span>{what(row)}</span>
              <time dateTime={new Date(row.at).toISOString()}>{timeOf(new Date(row.at), now)}</time>
            </button>
            <button type="button" class="button ghost square" aria-label={`Remove ${row.name} from the list`} title="Remove from the list"
              onClick={() => void forgetRecent(row.id)}><Icon name="close" size={12} /></button>
          </li>
        ))}
      </ul>
    </section>
  )
}
