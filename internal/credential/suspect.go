package credential

import (
	"bytes"
	"slices"
)

// A text is searched in two ways. [Rules.Find] reports: it takes only what is very
// probably a credential, because a false finding costs the user's time. The functions of
// this file hide: they take all that Find takes in the same text, and more, because
// hiding too much costs nothing.

// MinSuspect is the length of the shortest word that is hidden because it begins like a
// token, in bytes.
const MinSuspect = 16

// Suspects returns what may be a credential in a text that is all names and values: the
// matches of the rules, and other parts to hide. The other parts are the ends of matches
// that overlap better ones, and words that begin like a token and are too short, too long
// or wrong in their checksum. Such a word may be a token that was cut off, or one of a
// form that its issuer has changed.
//
// The number of matches is not limited. A rule with required neighbours matches without
// them, because the text may be a part of another one.
func (rs *Rules) Suspects(text []byte) (matches []Match, others []Span) {
	s := rs.hide(text)
	s.suspectClaims()
	matches, others = separate(s.matches)
	return matches, append(others, s.suspects...)
}

// SelfEvident returns what is a credential in a text whatever is around it, as Suspects
// does. Of the rules it uses those that are [Rule.IsSelfEvident].
func (rs *Rules) SelfEvident(text []byte) (matches []Match, others []Span) {
	s := rs.hide(text)
	if s.tired {
		return nil, s.suspects
	}
	return separate(slices.DeleteFunc(s.matches, func(m Match) bool { return !m.Rule.IsSelfEvident() }))
}

// hide searches a text to hide what is found in it. If that takes too long, all of the
// text is a suspect.
func (rs *Rules) hide(text []byte) *finder {
	s := &finder{rules: rs, text: text, origin: Settings(), effort: NewEffort(), decodes: 1, hiding: true}
	s.effort.Grant(len(text))
	s.run()
	if s.tired {
		s.suspects = []Span{{0, len(text)}}
	}
	return s
}

// separate returns the matches that [Settle] keeps, and the parts of the others that
// these do not cover.
func separate(all []Match) (kept []Match, others []Span) {
	all = slices.DeleteFunc(all, func(m Match) bool { return m.Rule.skipReport })
	kept = Settle(slices.Clone(all))
	for i := range all {
		from, to := all[i].Start, all[i].End
		n, _ := slices.BinarySearchFunc(kept, from, func(k Match, from int) int { return k.End - from - 1 })
		for ; n < len(kept) && kept[n].Start < to; n++ {
			if from < kept[n].Start {
				others = append(others, Span{from, kept[n].Start})
			}
			from = kept[n].End
		}
		if from < to {
			others = append(others, Span{from, to})
		}
	}
	return kept, others
}

// suspectToken adds to the suspects the word that starts with a keyword of a rule of form
// token, but not the keyword itself.
func (s *finder) suspectToken(r *Rule, at, end int) {
	if at > 0 && isAlnum(s.text[at-1]) && isAlnum(s.text[at]) {
		return
	}
	if at < s.words[r] {
		return // a part of a word that was read before
	}
	stop := end
	for stop < len(s.text) && (isAlnum(s.text[stop]) || r.bodyBytes != nil && r.bodyBytes[s.text[stop]]) {
		stop++
	}
	if s.words == nil {
		s.words = make(map[*Rule]int)
	}
	s.words[r] = stop
	s.spend(stop - at)
	shortest := MinSuspect
	if !r.distinctive {
		shortest = max(shortest, r.minLength)
	}
	if stop-at < shortest || !looksRandom(s.text[end:stop]) {
		return
	}
	s.suspect(at+min(max(len(r.Head()), end-at), stop-at), stop)
}

// looksRandom reports whether a word has what words of a language do not have: digits, or
// several letters of both cases.
func looksRandom(v []byte) bool {
	_, digits, upper, lowers, _ := classes(v)
	return digits > 0 || upper > 1 && lowers > 1
}

// base64Object is how a JSON object begins in base64. Tokens with claims begin so, such
// as JSON Web Tokens.
var base64Object = []byte("eyJ")

// suspectClaims adds to the suspects the words that begin like a JSON object in base64.
func (s *finder) suspectClaims() {
	for from := 0; ; {
		i := bytes.Index(s.text[from:], base64Object)
		if i < 0 {
			return
		}
		at := from + i
		from = at + len(base64Object)
		for from < len(s.text) && (isAlnum(s.text[from]) || bytes.IndexByte([]byte("-_.+/="), s.text[from]) >= 0) {
			from++
		}
		if from-at >= MinSuspect && (at == 0 || !isAlnum(s.text[at-1])) {
			s.suspect(at+len(base64Object), from)
		}
	}
}

func (s *finder) suspect(from, to int) {
	if from < to {
		s.suspects = append(s.suspects, Span{from, to})
	}
}
