package cli

import (
	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy/internal/policy"
)

func (a *app) policyCommand() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Print the policy that a scan would follow",
		Long: `Policy prints the policy that a scan started here would follow, after checking it:
--policy FILE, else .seaworthy.yaml in the working directory, else the built-in
one.`,
		Example: `  seaworthy policy --policy default > .seaworthy.yaml`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := policy.Choose(name, ".")
			if err != nil {
				return err
			}
			_, err = a.Stdout.Write(p.Text())
			return err
		},
	}
	cmd.Flags().StringVar(&name, "policy", "", "policy `FILE`; default or none for the built-in one")
	return cmd
}
