import { SPACE, WORD } from '../python-strings.ts'

/**
 * ftfy 6.3's heuristic for mojibake (ftfy/badness.py, by Robyn Speer, Apache-2.0): about 400 characters appear where
 * UTF-8 was read as a single-byte encoding. They are sorted into kinds, and neighbours that hardly occur in real text
 * are listed by kind. Kinds and rules are that module's facts; each is the inside of a regex class.
 */
const COMMON = '\\xa0\\xad·´–—―…’'
const C1 = '\\x80-\\x9f'
const BAD = '¦¤¨¬¯¸ƒˆˇ˘˛˜†‡‰⌐◊\\ufffdªº'
const LAW = '¶§'
const CURRENCY = '¢£¥₧€'
const OPENING = '¡«¿©΄΅‘‚“„•‹\\uf8ff'
const CLOSING = '®»˝”›™'
const NUMERIC = '²³¹±¼½¾×µ÷⁄∂∆∏∑√∞∩∫≈≠≡≤≥№'
const KAOMOJI = 'Ò-ÖÙ-Üò-öø-üŐŌŪŲ°'
const UPPER_ACCENTED = 'À-ÑØÜÝĂĀĄĆČĎĐĘĚĒĖĞĢİĪĶĹĽŁĻŃŇŅŒŘŚŞŠŢŤŮŰŸŹŻŽҐ'
const LOWER_ACCENTED = 'ßà-ñăąāćčďđęěēėğģįīķĺľłļœŕśşšťüźżžґﬁﬂ'
const UPPER_COMMON = 'ÞΑ-ΩΆΈΉΊΌΎΏΪΫЁ-Я'
const LOWER_COMMON = 'α-ωάέήίΰа-џ'
const BOX = '│┌┐┘├┤┬┼═-╬▀▄█▌▐░▒▓'

const ACCENTED = LOWER_ACCENTED + UPPER_ACCENTED
const AROUND_BAD = ACCENTED + BOX + OPENING + CLOSING + CURRENCY + NUMERIC + LAW
/** What follows Ø and Ù in Arabic words that were read as Windows-1252. */
const ARABIC_SECOND = COMMON + CURRENCY + BAD + NUMERIC + OPENING + 'ŸŠ®°µ»'

const RULES = [
  `[${C1}]`,
  `[${BAD}${AROUND_BAD}][${BAD}]`,
  `[a-zA-Z][${LOWER_COMMON}${UPPER_COMMON}][${BAD}]`,
  `[${BAD}][${AROUND_BAD}]`,
  `[${LOWER_ACCENTED}${LOWER_COMMON}${BOX}${CLOSING}${CURRENCY}${NUMERIC}][${UPPER_ACCENTED}]`,
  `[${BOX}${CLOSING}${CURRENCY}${NUMERIC}][${LOWER_ACCENTED}]`,
  `[${LOWER_ACCENTED}${BOX}${CLOSING}][${CURRENCY}]`,
  `[${SPACE}][${UPPER_ACCENTED}][${CURRENCY}]`,
  `[${UPPER_ACCENTED}${BOX}][${NUMERIC}${LAW}]`,
  `[${ACCENTED}${BOX}${CURRENCY}${CLOSING}][${OPENING}][${NUMERIC}]`,
  `[${ACCENTED}${CURRENCY}${NUMERIC}${BOX}${LAW}][${CLOSING}][${OPENING}]`,
  `[${CURRENCY}${NUMERIC}${BOX}][${OPENING}]`,
  `[a-z][${UPPER_ACCENTED}][${OPENING}${CURRENCY}]`,
  `[${BOX}][${KAOMOJI}]`,
  `[${ACCENTED}${CURRENCY}${NUMERIC}${OPENING}${CLOSING}${LAW}][${BOX}]`,
  `[${BOX}][${CLOSING}]`,
  `[${ACCENTED}][${OPENING}${CLOSING}][${WORD}]`,
  '[Œœ][^A-Za-z]',
  `[${UPPER_ACCENTED}]°`,
  `[ÂÃÎÐ][€œŠš¢£Ÿž\\xa0\\xad®©°·»${OPENING}${CLOSING}–—´]`,
  '×[²³]',
  `[ØÙ][${ARABIC_SECOND}][ØÙ][${ARABIC_SECOND}]`,
  'à[²µ¹¼½¾]',
  // MacRoman
  '√[±∂†≠®™´≤≥¥µø]',
  '≈[°¢]',
  '‚Ä[ìîïòôúùû†°¢π]',
  '‚[âó][àä°ê]',
  // Windows-1251
  'вЂ',
  `[ВГРС][${C1}${BAD}${OPENING}${CLOSING}${CURRENCY}°µ][ВГРС]`,
  'ГўВЂВ[^\\n][A-Za-z ]',
  // à, á and the no-break space in Windows-1252
  'Ã[\\xa0¡]',
  `[a-z][${SPACE}]?[ÃÂ] `,
  '^[ÃÂ] ',
  `[a-z.,?!${CLOSING}]Â[ ${OPENING}${CLOSING}]`,
  // Windows-1253
  'β€[™\\xa0Ά\\xad®°]',
  `[ΒΓΞΟ][${C1}${BAD}${OPENING}${CLOSING}${CURRENCY}°][ΒΓΞΟ]`,
  // Windows-1257
  'ā€',
]

const BADNESS = new RegExp(RULES.join('|'), 'u')

/** Whether a text looks as if some of it is mojibake. */
export const isBad = (text: string): boolean => BADNESS.test(text)
