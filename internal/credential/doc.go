// Package credential finds credentials in a text: tokens of a known format, such as
// ghp_…, values whose name says so, such as DB_PASSWORD=…, passwords on command lines and
// in URLs, and private keys.
//
// [Rules.Find] takes a text and its [Origin], which is what the path of the file says about
// the text: in .env a name with a value is a credential, in a manual it is an example. It
// returns a [Match] with [Rule] and position for each credential:
//
//	rules, err := credential.Default()
//	o := credential.OriginOf("srv/.env", text)
//	for _, m := range rules.Find(text, &o).Matches {
//		fmt.Println(m.Rule.ID, m.Start, m.End)
//	}
//
// The rules are the tables of this package, or those of a file that package rulefile
// reads. One prefilter finds the keywords of all rules in a text. A rule is tried only at
// its own keywords, and its regular expression is compiled when it is first needed.
//
// An attacker may have written the text. The time is linear in its length, and a text is
// searched only partially if it has more than [MaxMatches] credentials or if the search
// takes more than its [Effort]; the [Result] says so.
package credential
