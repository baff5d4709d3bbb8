package sqlite

import "strings"

// Columns returns the names of a table's columns in the order in which its records
// have their values, out of the statement that made it. It is nil for a table whose
// records are not in that order, or not where Rows looks for them.
func (t Table) Columns() []string {
	open := strings.IndexByte(t.SQL, '(')
	if open < 0 || !strings.HasPrefix(strings.ToUpper(t.SQL), "CREATE TABLE") {
		return nil
	}
	var names []string
	for _, words := range definitions(t.SQL[open+1:]) {
		if len(words) == 0 {
			continue
		}
		switch word := strings.ToUpper(words[0]); {
		case word == ")":
			if strings.Contains(strings.ToUpper(strings.Join(words, " ")), "WITHOUT ROWID") {
				return nil
			}
			return names
		case len(names) > 0 && (word == "CONSTRAINT" || word == "PRIMARY" || word == "UNIQUE" || word == "CHECK" || word == "FOREIGN"):
		case computed(words):
		default:
			names = append(names, unquote(words[0]))
		}
	}
	return nil
}

// computed reports whether a column is worked out whenever it is read, so that no
// record has it.
func computed(words []string) bool {
	as, stored := false, false
	for _, w := range words[1:] {
		switch strings.ToUpper(w) {
		case "AS":
			as = true
		case "STORED":
			stored = true
		}
	}
	return as && !stored
}

// definitions returns the words of each definition of a table that commas separate, less
// what is in parentheses, and what is behind the last: a parenthesis and the options.
func definitions(text string) (list [][]string) {
	var words []string
	depth := 0
	for i := 0; i < len(text); {
		c := text[i]
		n := 1
		switch {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == ')' || c == ',' && depth == 0:
			list, words = append(list, words), nil
			if c == ')' {
				return append(list, append([]string{")"}, strings.Fields(text[i+1:])...))
			}
		case strings.HasPrefix(text[i:], "--"):
			if n = strings.IndexByte(text[i:], '\n'); n < 0 {
				n = len(text) - i
			}
		case strings.HasPrefix(text[i:], "/*"):
			if n = strings.Index(text[i:], "*/") + 2; n < 2 {
				n = len(text) - i
			}
		default:
			if n = wordLength(text[i:]); n == 0 {
				n = 1
			} else if depth == 0 {
				words = append(words, text[i:i+n])
			}
		}
		i += n
	}
	return list
}

// wordLength is the length of the name, quoted or not, at the start of a text.
func wordLength(text string) int {
	end := text[0]
	switch end {
	case '[':
		end = ']'
	case '"', '\'', '`':
	default:
		n := 0
		for n < len(text) && (text[n] == '_' || text[n] == '$' || text[n] >= 0x80 || text[n] >= '0' && text[n] <= '9' || text[n]|0x20 >= 'a' && text[n]|0x20 <= 'z') {
			n++
		}
		return n
	}
	for i := 1; i < len(text); i++ {
		if text[i] == end {
			if end == ']' || i+1 == len(text) || text[i+1] != end {
				return i + 1
			}
			i++ // a quote in the name is doubled
		}
	}
	return len(text)
}

// unquote takes the quotes off a name.
func unquote(word string) string {
	if n := len(word); n >= 2 && strings.IndexByte("[\"'`", word[0]) >= 0 {
		return word[1 : n-1]
	}
	return word
}
