// Package wording holds a test of the words that this repository does not use: in
// comments, string literals, names, documents, scripts and messages. The table of
// terms in terms_test.go says what to write instead.
package wording
