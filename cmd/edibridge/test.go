package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/internal/config"
)

func testCommand() *cobra.Command {
	var file string
	var update bool
	cmd := &cobra.Command{
		Use:   "test [DIR]",
		Short: "run the cases of partners: what their files become, and what ours do",
		Long: `Run the cases below DIR (the folder of edibridge.yaml) by its configuration. A
case is a folder below a folder "cases":

  in.edi          what a partner sends: read by the agreement that its envelopes tell
  canonical.json  the documents that it becomes, or, without in.edi, what we send
  findings.txt    errors and warnings, a line each: severity, rule, path
  out.edi         with in.edi: the documents written again, without their residue;
                  without: the interchange that would go out, with control numbers 1

A file that a case does not have is not compared. Differences are shown line by
line. --update writes what came out over canonical.json, findings.txt and out.edi:
look at what changed before it is kept.

Exit status: 0 all as expected, 1 a case differs, 2 it could not be run.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := filepath.Dir(file)
			if len(args) == 1 {
				dir = args[0]
				if !cmd.Flags().Changed("config") {
					file = configOf(dir)
				}
			}
			return runCases(cmd, file, dir, update)
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&update, "update", false, "write what came out as what is expected")
	return cmd
}

// configOf is the edibridge.yaml of dir or of the nearest folder around it.
func configOf(dir string) string {
	for at := filepath.Clean(dir); ; at = filepath.Join(at, "..") {
		file := filepath.Join(at, "edibridge.yaml")
		abs, err := filepath.Abs(at)
		if _, missing := os.Stat(file); missing == nil || err != nil || filepath.Dir(abs) == abs {
			return file
		}
	}
}

func runCases(cmd *cobra.Command, file, dir string, update bool) error {
	cfg, _, err := config.Load(file)
	if err != nil {
		return err
	}
	folders, err := caseFolders(dir)
	if err != nil {
		return err
	}
	if len(folders) == 0 {
		return fmt.Errorf(`there is no case below %s: a folder below "cases" with in.edi or canonical.json`, dir)
	}
	failed := 0
	for _, folder := range folders {
		c := &testCase{folder: folder, cfg: cfg}
		if err := c.run(); err != nil {
			return fmt.Errorf("%s: %w", folder, err)
		}
		if update {
			if err := c.update(); err != nil {
				return fmt.Errorf("%s: %w", folder, err)
			}
		}
		differs, err := c.tell(cmd.OutOrStdout(), update)
		if err != nil {
			return err
		}
		if differs {
			failed++
		}
	}
	if failed > 0 && !update {
		fmt.Fprintf(cmd.OutOrStdout(), "%d of %s failed\n", failed, count(len(folders), "case"))
		return &exitError{status: exitNo}
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s ok\n", count(len(folders), "case"))
	return err
}

// caseFolders are the folders of cases below dir, sorted.
func caseFolders(dir string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() != caseIn && e.Name() != caseCanonical {
			return err
		}
		folder := filepath.Dir(path)
		if filepath.Base(filepath.Dir(folder)) == "cases" && !slices.Contains(found, folder) {
			found = append(found, folder)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no folder %s", dir)
	}
	slices.Sort(found)
	return found, err
}
