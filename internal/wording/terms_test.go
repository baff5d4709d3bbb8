package wording

import "regexp"

// term is a word or phrase that this repository does not use.
type term struct {
	pattern string // of prose, in lower case
	instead string
}

// terms are searched in prose: comments, string literals, documents and scripts.
// Whitespace in a pattern stands for any whitespace, a line break too.
var terms = []term{
	{`flaw(s|ed)?`, "vulnerability"},
	{`mend(s|ed|ing|able)?|unmended`, "fix, fixed version"},
	{`bills?( of materials)?`, "SBOM"},
	{`bod(y|ies) of data`, "advisory database"},
	{`look(s|ed|ing)? at|unlooked`, "check, scan, read; not checked"},
	{`read in part`, "partially checked"},
	{`look(s|ed|ing)? after`, "supported; manage"},
	{`no security fixes since`, "end of life"},
	{`judg(e|es|ed|ing|e?ments?)`, "check, evaluate, decide"},
	{`tells?|told`, "report, detect, say, distinguish"},
	{`(holds?|held|holding)( \w+)? to (an?|the|that|its?|them|what)`, "check against, pin"},
	{`what it was built on`, "base image"},
	{`(told|says?|said) under|without say|has no say`, "see; ignored, does not count"},
	{`left out`, "skipped, ignored, suppressed"},
	{`right to write`, "write permission"},
	{`whoever`, "the user, an attacker, anyone"},
	{`somebody|someone else's`, "the user, another program, anyone"},
	{`nobody( else)? (can|could|may|must|will|would|has|had|is|was|does|did|asks|asked|needs|needed|knows|knew|looked|checked|thought|changed|uses|used|reads|sees|saw|says|said|calls)|for nobody|by nobody|than nobody`, "no one, not ... by anything"},
	{`(may|let|lets|allowed to) (it |not |an image |this image )?sail`, "pass, run"},
	{`beside`, "next to, besides, in addition to"},
	{`anew`, "again"},
	{`for want of`, "because ... is missing"},
	{`if need be`, "if necessary, if it is missing"},
}

// nameWords are searched among the words of names in code.
var nameWords = regexp.MustCompile(`^(flaws?|mend(s|ed|ing)?|bills?|looked|unlooked|told|tells?|judg(e|es|ed|ing|ement|ment)|beside|gathered|whoever|somebody|anew)$`)

// quoted is text that stays: addresses, the README's first line, and reasons in reports of
// earlier versions.
var quoted = regexp.MustCompile(`https?://\S+|\*\*may it sail\?\*\*|a bill of materials does not tell of it|the recorded report does not say that it was looked at`)
