// What is read aloud while a voice is learned: about a minute, easy on the tongue, with every sound of English in it often.

export const READING: readonly string[] = [
  'Early one Thursday, before the shops were open, a small blue boat left the harbour with fresh bread, seven boxes of oranges and a rather '
    + 'nervous white horse. The captain looked at the sky, measured the wind twice, shook her head, and went out anyway.',
  'Beyond the lighthouse the water was quiet. Gulls turned in wide circles; a seal watched the boat go by, yawned, and vanished. The horse '
    + 'chewed its hay and began to enjoy the voyage. By noon the sun had burned the mist away, and far to the west an island rose, green and '
    + 'narrow, with a church, a few houses and one very long beach.',
  'Nobody there had been expecting a horse. Children ran down to the jetty; the old judge came with his pipe, and somebody fetched a bucket of '
    + 'water. “Is it yours?” they asked the baker. “She is now,” he said, and laughed. “My feet are tired of the hill.” That evening there was '
    + 'warm bread for everyone, and for the horse, naturally, an orange.',
]
