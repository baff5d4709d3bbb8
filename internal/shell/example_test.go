package shell_test

import (
	"fmt"

	"seaworthy.dev/seaworthy/internal/shell"
)

func ExampleParse() {
	cmds, complete := shell.Parse(`set -e; curl -fsSL https://example.com/install | sudo -E bash -s -- -y`, shell.POSIX)
	fmt.Println("complete:", complete)
	for _, c := range cmds {
		fmt.Println(c.Via, c.Name, c.Args)
		for _, reader := range c.Into {
			fmt.Println("  is read by", reader.Name)
		}
	}
	// Output:
	// complete: true
	// [] set [-e]
	// [] curl [-fsSL https://example.com/install]
	//   is read by bash
	// [sudo] bash [-s -- -y]
}
