package sqlite

import "strings"

// Columns returns the names of a table's columns in the order of the values in its records,
// from the statement that created the table. It returns nil for a table whose records have
// another order, or that Rows cannot read.
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
		case isVirtual(words):
		default:
			names = append(names, unquote(words[0]))
		}
	}
	return nil
}

// isVirtual reports whether a column is a virtual generated column, which is not in the
// records.
func isVirtual(words []string) bool {
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

// definitions returns the words of each column and constraint definition, without those in
// parentheses. The last element is the closing parenthesis and the options after it.
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

// wordLength returns the length of the name, quoted or not, at the start of a text.
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
			i++ // a doubled quote is part of the name
		}
	}
	return len(text)
}

// unquote removes the quotes of a name.
func unquote(word string) string {
	if n := len(word); n >= 2 && strings.IndexByte("[\"'`", word[0]) >= 0 {
		return word[1 : n-1]
	}
	return word
}
