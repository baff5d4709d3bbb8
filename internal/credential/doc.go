// Package credential finds credentials in a text: tokens by the form that their
// issuers give them, values by the names that they are given to, passwords on command
// lines and in URLs, and private keys.
//
// A text goes in with its [Origin], which says how much a name means in it, and
// [Rules.Find] gives a [Match] for each credential with its [Rule] and place:
//
//	rules, err := credential.Default()
//	o := credential.OriginOf("srv/.env", text)
//	for _, m := range rules.Find(text, &o).Matches {
//		fmt.Println(m.Rule.ID, m.Start, m.End)
//	}
//
// The rules are the tables of this package, or those of a file that package rulefile
// reads. One prefilter finds the keywords of all rules in a text; a rule is
// tried only around its own, and its regular expression is compiled when it is first
// needed.
//
// The text may be anybody's. The time is linear in its length, what is read around a
// keyword is limited, and a text with more than [MaxMatches] credentials is reported
// as not wholly searched.
package credential
