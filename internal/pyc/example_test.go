package pyc_test

import (
	"fmt"
	"log"
	"os"

	"seaworthy.dev/seaworthy/internal/pyc"
)

// assignments prints the texts that variables and attributes are given.
type assignments struct{ file []byte }

func (a assignments) Assign(name pyc.Name, value pyc.Text) error {
	fmt.Printf("%s = %q at byte %d\n", name.Name.Of(a.file), value.Of(a.file), value.From)
	return nil
}
func (assignments) SetItem(_, _ pyc.Text) error         { return nil }
func (assignments) Entry(_, _ pyc.Text) error           { return nil }
func (assignments) Default(_, _ pyc.Text) error         { return nil }
func (assignments) Call(pyc.Name, []pyc.Argument) error { return nil }
func (assignments) Constant(pyc.Text) error             { return nil }

func Example() {
	file, err := os.ReadFile("settings.cpython-312.pyc")
	if err != nil {
		log.Fatal(err)
	}
	if err := pyc.Read(file, assignments{file}); err != nil {
		log.Fatal(err)
	}
}
