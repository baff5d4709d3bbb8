package credential

import "regexp"

// positionRule finds passwords in the arguments of functions and the clauses of SQL.
func positionRule() *Rule {
	return &Rule{
		ID: "password-argument", Name: "Password in a function call or SQL statement", Severity: medium, form: special, Source: "the grammar of the call or statement",
		keywords: []string{"basicauth(", "basic_auth(", "auth=(", "auth = (", "getconnection(", "identified by", "with password", "encrypted password", "httpbasicauth(", "userpass(", "dbi->connect(", "new pdo(", "mysqli_connect(", "new mysqli("},
		find:     position,
	}
}

var (
	pairArgument = regexp.MustCompile(`^\s{0,3}(?:["'][^"'\n]{0,200}["']\s{0,3},\s{0,3})?["'][^"'\n]{1,64}["']\s{0,3},\s{0,3}["']([^"'\s]{6,128})["']\s{0,3}[,)]`)
	sqlPassword  = regexp.MustCompile(`^\s{1,4}(?:(?i:password|values|with \w{4,30} (?:by|as))\s{1,4})?["']([^"'\s]{6,128})["']`)
)

func position(text []byte, at, end int, origin *Origin) (int, int, Assessment) {
	none := Assessment{}
	if origin.Silent || origin.Binary {
		return at, at, none
	}
	expr := sqlPassword
	if text[end-1] == '(' {
		expr = pairArgument
	}
	m := expr.FindSubmatchIndex(text[end:min(len(text), end+420)])
	if m == nil {
		return at, at, none
	}
	start, stop := end+m[2], end+m[3]
	if v := text[start:stop]; !literalSecret(v, "password", true) || !unlikeWord(v) {
		return at, at, none
	}
	return start, stop, none
}
