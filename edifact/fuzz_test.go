package edifact

import (
	"os"
	"path/filepath"
	"testing"
)

// corpusSeeds adds the small files of the corpus in folders of these patterns, where
// there is a corpus.
func corpusSeeds(f *testing.F, add func([]byte), patterns ...string) {
	f.Helper()
	const longest = 16 << 10 // what is longer is slow to vary
	root := os.Getenv("EDIBRIDGE_CORPUS")
	if root == "" {
		return
	}
	for _, pattern := range patterns {
		files, err := filepath.Glob(filepath.Join(root, pattern, "*"))
		if err != nil || len(files) == 0 {
			f.Fatalf("no files in %s: %v", pattern, err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			if len(data) <= longest {
				add(data)
			}
		}
	}
}
