package report

// appendIndented appends JSON that an encoder wrote, in the form that json.Indent
// gives it with two spaces for each level, at a place that is indented by prefix. It
// need not ask whether the JSON is valid, which is most of json.Indent's work.
func appendIndented(dst, src []byte, prefix string) []byte {
	depth := 0
	line := func() {
		dst = append(dst, '\n')
		dst = append(dst, prefix...)
		for range depth {
			dst = append(dst, "  "...)
		}
	}
	for i := 0; i < len(src); i++ {
		switch c := src[i]; c {
		case '"':
			end := stringEnd(src, i+1)
			dst = append(dst, src[i:end]...)
			i = end - 1
		case '{', '[':
			dst = append(dst, c)
			if src[i+1] == c+2 { // as } and ] are
				i++
				dst = append(dst, c+2)
				continue
			}
			depth++
			line()
		case '}', ']':
			depth--
			line()
			dst = append(dst, c)
		case ',':
			dst = append(dst, c)
			line()
		case ':':
			dst = append(dst, ": "...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// stringEnd is the offset behind the quote that ends a string.
func stringEnd(src []byte, at int) int {
	for ; src[at] != '"'; at++ {
		if src[at] == '\\' {
			at++
		}
	}
	return at + 1
}
