package cli

import (
	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy/internal/policy"
)

func (a *app) policyCommand() *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Print and validate the policy of a scan",
		Long: `Policy validates and prints the policy that a scan in the working directory uses:
--policy FILE, or else .seaworthy.yaml in the working directory, or else the built-in
policy.`,
		Example: `  seaworthy policy
  seaworthy policy --policy default > .seaworthy.yaml`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := policy.Choose(name, ".")
			if err != nil {
				return err
			}
			_, err = a.Stdout.Write(p.Text())
			return err
		},
	}
	cmd.Flags().StringVar(&name, "policy", "", "policy `FILE`, or default or none for the built-in policy (default .seaworthy.yaml if it exists)")
	return cmd
}
