package account_test

import (
	"fmt"

	"seaworthy.dev/seaworthy/internal/account"
)

func Example() {
	users, malformed := account.ParsePasswd("root:x:0:0::/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\n+::::::\n")
	groups, _ := account.ParseGroup("root:x:0:\nwheel:x:10:bob\n")
	id := account.Resolve("bob", users, groups)
	fmt.Println(id.Name, id.UID, id.GID, id.Groups, id.InGroup(10))
	for _, m := range malformed {
		fmt.Printf("line %d: %v\n", m.Line, m.Err)
	}
	// Output:
	// bob 1000 1000 [10] true
	// line 3: a line of NIS compatibility, which includes or excludes accounts from elsewhere
}
