package credential

import "bytes"

// updatedValue finds what a statement of SQL sets for the row whose name stands
// from start to end: UPDATE t SET value = 'value' WHERE name = 'name'.
func updatedValue(text []byte, start, end int) (from, to int) {
	if start < 2 || end >= len(text) || text[start-1] != '\'' || text[end] != '\'' {
		return 0, 0
	}
	before := text[max(0, start-1-maxValue) : start-1]
	at := start - 1 - len(before)
	before, ok := cutComparison(before)
	if !ok {
		return 0, 0
	}
	word := bytes.LastIndexByte(bytes.TrimRight(before, " \t\r\n"), '\'')
	if word < 0 || !bytes.EqualFold(bytes.TrimSpace(before[word+1:]), []byte("where")) {
		return 0, 0
	}
	open := bytes.LastIndexByte(before[:word], '\'')
	if open < 0 || !bytes.HasSuffix(bytes.TrimRight(before[:open], " "), []byte("=")) {
		return 0, 0
	}
	return at + open + 1, at + word
}

// cutComparison cuts "column = " off the end of a text.
func cutComparison(text []byte) ([]byte, bool) {
	text, ok := bytes.CutSuffix(bytes.TrimRight(text, " "), []byte("="))
	if !ok {
		return nil, false
	}
	text = bytes.TrimRight(text, " ")
	column := bytes.TrimRightFunc(text, func(r rune) bool {
		return r < 0x80 && (isAlnum(byte(r)) || r == '_' || r == '"' || r == '`' || r == '.')
	})
	return column, len(column) < len(text)
}
