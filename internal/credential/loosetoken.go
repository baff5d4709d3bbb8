package credential

import (
	"bytes"
	"slices"
)

// What has the beginning of a token but is too short, too long or wrong in its
// checksum is none that a rule finds. It is not shown for all that: it may be a token
// that was cut off, or of a form that its issuer has changed.

// MinSuspect is the length from which on a word with the beginning of a token is not
// shown, in bytes.
const MinSuspect = 16

// looseToken adds to the suspects the word at a keyword of a rule of form token, less
// the keyword.
func (s *finder) looseToken(r *Rule, at, end int) {
	if at > 0 && isAlnum(s.text[at-1]) && isAlnum(s.text[at]) {
		return
	}
	if at < s.words[r] {
		return // a part of a word that was looked at
	}
	stop := end
	for stop < len(s.text) && (isAlnum(s.text[stop]) || r.body != nil && r.body[s.text[stop]]) {
		stop++
	}
	if s.words == nil {
		s.words = make(map[*Rule]int)
	}
	s.words[r] = stop
	s.spend(stop - at)
	least := MinSuspect
	if !r.strong {
		least = max(least, r.least)
	}
	if stop-at < least || !random(s.text[end:stop]) {
		return
	}
	s.suspect(at+min(max(len(r.Head()), end-at), stop-at), stop)
}

// random reports whether a word has what words of a language do not: digits, or
// letters of either case.
func random(v []byte) bool {
	_, digits, upper, lowers, _ := classes(v)
	return digits > 0 || upper > 1 && lowers > 1
}

// jsonStart is what JSON in base64 begins with, as most tokens with claims do.
var jsonStart = []byte("eyJ")

// looseClaims adds all words to the suspects that begin like JSON in base64.
func (s *finder) looseClaims() {
	for from := 0; ; {
		i := bytes.Index(s.text[from:], jsonStart)
		if i < 0 {
			return
		}
		at := from + i
		from = at + len(jsonStart)
		for from < len(s.text) && (isAlnum(s.text[from]) || bytes.IndexByte([]byte("-_.+/="), s.text[from]) >= 0) {
			from++
		}
		if from-at >= MinSuspect && (at == 0 || !isAlnum(s.text[at-1])) {
			s.suspect(at+len(jsonStart), from)
		}
	}
}

// Suspects returns what may be a credential in a text: all that rules find, and what
// begins like a token. Matches are not limited in their number.
func (rs *Rules) Suspects(text []byte) (matches []Match, suspects []Span) {
	s := finder{rules: rs, text: text, origin: Settings(), effort: NewEffort(), decodes: 1, loose: true}
	s.effort.Grant(len(text))
	s.run()
	s.looseClaims()
	if s.tired { // what was not searched is not shown
		s.suspect(0, len(text))
	}
	return slices.Clip(s.matches), s.suspects
}

func (s *finder) suspect(from, to int) {
	if from < to {
		s.suspects = append(s.suspects, Span{from, to})
	}
}
