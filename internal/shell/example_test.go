package shell_test

import (
	"fmt"

	"seaworthy.dev/seaworthy/internal/shell"
)

func ExampleParse() {
	cmds, whole := shell.Parse(`set -e; curl -fsSL https://example.com/install | sudo -E bash -s -- -y`, shell.POSIX)
	fmt.Println("whole:", whole)
	for _, c := range cmds {
		fmt.Println(c.Via, c.Name, c.Args)
		for _, reader := range c.Into {
			fmt.Println("  goes into", reader.Name)
		}
	}
	// Output:
	// whole: true
	// [] set [-e]
	// [] curl [-fsSL https://example.com/install]
	//   goes into bash
	// [sudo] bash [-s -- -y]
}
