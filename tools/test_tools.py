#!/usr/bin/env python3
"""Tests of the other scripts in this folder: each accepts what is right and refuses what is not."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
COMPILER = shutil.which("g++") or shutil.which("clang++")


def run(tool, *arguments):
    """Exit status and output of a tool."""
    done = subprocess.run([sys.executable, str(TOOLS / tool), *map(str, arguments)],
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


class ToolTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def header(self, name, *lines):
        self.write(f"include/xenos/{name}", "\n".join(["#pragma once", *lines, ""]))


class Layers(ToolTest):
    def refused(self, fault):
        status, output = run("check_layers.py", self.root)
        self.assertEqual(status, 1, output)
        self.assertIn(fault, output)

    def test_upward_includes_pass(self):
        self.header("core/a.hpp", "#include <span>", "namespace xenos::inline XENOS_ABI {}")
        self.header("plan/b.hpp", "#include <xenos/core/a.hpp>")
        self.header("xenos.hpp", "#include <xenos/plan/b.hpp>")
        self.assertEqual(run("check_layers.py", self.root)[0], 0)

    def test_downward_include(self):
        self.header("plan/b.hpp")
        self.header("core/a.hpp", "#include <xenos/plan/b.hpp>")
        self.refused("core may not include <xenos/plan/b.hpp>")

    def test_kernels_do_not_see_plans(self):
        self.header("plan/b.hpp")
        self.header("kernels/a.hpp", "#include <xenos/plan/b.hpp>")
        self.refused("kernels may not include")

    def test_host_header_on_device_path(self):
        self.header("core/a.hpp", "#  include <vector>")
        self.refused("<vector> is not for devices")

    def test_threads_may_use_threads_but_not_the_umbrella(self):
        self.header("exec/threads.hpp", "#include <thread>")
        self.assertEqual(run("check_layers.py", self.root)[0], 0)
        self.header("exec/run.hpp", "#include <xenos/exec/threads.hpp>")
        self.header("xenos.hpp", "#include <xenos/exec/run.hpp>")
        self.refused("reaches <xenos/exec/threads.hpp>")

    def test_plain_namespace_missing_header_and_length(self):
        self.header("core/a.hpp", "namespace xenos {", "}", "#include <xenos/core/gone.hpp>",
                    *["// line"] * 400)
        for fault in ("XENOS_ABI", "does not exist", "at most 400"):
            self.refused(fault)


@unittest.skipUnless(COMPILER, "no compiler")
class MustFail(ToolTest):
    def check(self, text):
        source = self.write("case.cpp", text)
        return run("must_fail.py", "--compiler", COMPILER, source, "--", "-std=c++20",
                   "-fsyntax-only")

    def test_right_message(self):
        status, output = self.check('// expect: too\\s+wide\n#ifndef XENOS_TWIN\n'
                                    'static_assert(sizeof(int) == 1, "too wide");\n#endif\n')
        self.assertEqual(status, 0, output)

    def test_several_expectations(self):
        program = '#ifndef XENOS_TWIN\nstatic_assert(sizeof(int) == 1, "too wide");\n#endif\n'
        status, output = self.check("// expect: too wide\n// expect: sizeof\n" + program)
        self.assertEqual(status, 0, output)
        status, output = self.check("// expect: too wide\n// expect: too deep\n" + program)
        self.assertEqual(status, 1, output)
        self.assertIn("too deep", output)

    def test_program_that_compiles(self):
        self.assertIn("must fail", self.check("// expect: x\nint a;\n")[1])

    def test_message_of_second_error(self):
        text = '// expect: second\nstatic_assert(false, "first");\nstatic_assert(false, "second");\n'
        self.assertIn("does not match", self.check(text)[1])

    def test_twin_with_warning(self):
        text = ('// expect: first\n#ifdef XENOS_TWIN\nint main() { int unused; }\n#else\n'
                'static_assert(false, "first");\n#endif\n')
        self.assertIn("the twin", self.check(text)[1])

    def test_missing_expectation(self):
        self.assertIn("first line", self.check("int a = ;\n")[1])


@unittest.skipUnless(COMPILER and shutil.which("nm"), "no compiler")
class Objects(ToolTest):
    def check(self, text, *options):
        source = self.write("unit.cpp", text)
        subprocess.run([COMPILER, "-std=c++20", "-O1", "-c", source, "-o", self.root / "unit.o"],
                       check=True)
        return run("check_objects.py", *options, self.root / "unit.o")

    def test_clean_object(self):
        self.assertEqual(self.check("int twice(int a) { return 2 * a; }\n"), (0, ""))

    def test_offending_objects(self):
        for reason, text in {
            "heap": "int* make() { return new int; }",
            "heap: malloc": "#include <stdlib.h>\nvoid* make() { return malloc(9); }",
            "exceptions": "void fail() { throw 1; }",
            "RTTI": "struct a { virtual ~a(); }; a::~a() {}",
            "static constructors": "int made(); int value = made();",
            "guarded statics": "int made(); int value() { static int v = made(); return v; }",
            "streams": "#include <iostream>\nvoid say() { std::cout << 1; }",
        }.items():
            status, output = self.check(text + "\n")
            self.assertEqual(status, 1, text)
            self.assertIn(reason, output)

    def test_images(self):
        for reason, text in {
            "double: __aeabi_dadd": "void __aeabi_dadd() {}",
            "double: __aeabi_f2d": "void __aeabi_f2d() {}",
            "double: __muldf3": "void __muldf3() {}",
            "heap: _sbrk": "void _sbrk() {}",
            "destructors at exit": "void __aeabi_atexit() {}",
            "unpacked: layer_w": 'extern const int layer_w = 1;',
        }.items():
            self.assertEqual(self.check(f'extern "C" {{ {text} }}\n')[0], 0)
            status, output = self.check(f'extern "C" {{ {text} }}\n', "--image", "--unpacked",
                                        "^layer_")
            self.assertEqual(status, 1, text)
            self.assertIn(reason, output)
        good = 'extern "C" void __aeabi_fadd() {}\nint memory;\n'
        self.assertEqual(self.check(good, "--image", "--unpacked", "^layer_"), (0, ""))


@unittest.skipUnless(COMPILER, "no compiler")
class Headers(ToolTest):
    def test_header_that_needs_another(self):
        self.header("core/a.hpp", "inline int a;")
        self.assertEqual(run("check_headers.py", "--compiler", COMPILER, self.root)[0], 0)
        self.header("core/b.hpp", "inline std::size_t b;")
        status, output = run("check_headers.py", "--compiler", COMPILER, self.root)
        self.assertEqual(status, 1)
        self.assertIn("core/b.hpp does not compile alone", output)


class Docs(ToolTest):
    def test_snippets_become_programs(self):
        page = self.write("Page.md", "text\n```cpp test\nint a;\n```\n```cpp\nnot this\n```\n"
                                     "```cpp test\nint main() {}\n```\n")
        out = self.root / "out"
        status, output = run("check_docs.py", "--out", out, page)
        self.assertEqual(status, 0, output)
        self.assertEqual((out / "page_1.cpp").read_text(),
                         '#line 3 "Page.md"\nint a;\nint main() {}\n')
        self.assertEqual((out / "page_2.cpp").read_text(), '#line 9 "Page.md"\nint main() {}\n')
        self.assertEqual(len(output.split()), 2)

    def test_fence_that_would_be_missed(self):
        page = self.write("page.md", "  ```cpp test\nint a;\n```\n")
        self.assertEqual(run("check_docs.py", "--out", self.root / "out", page)[0], 1)

    def test_packages(self):
        listed = self.write("packages.txt", "# list\ng++\ncmake\n")
        page = self.write("page.md", "apt-get update && apt-get install -y --no-x g++ cmake && ls\n")
        self.assertEqual(run("check_docs.py", "--packages", listed, page)[0], 0)
        page.write_text("    apt-get -y install g++ ninja-build\n")
        self.assertIn("ninja-build", run("check_docs.py", "--packages", listed, page)[1])


class Version(ToolTest):
    def test_version_and_changelog(self):
        self.header("config/version.hpp", "#define XENOS_VERSION_MAJOR 1",
                    "#define XENOS_VERSION_MINOR 2", "#define XENOS_VERSION_PATCH 3")
        self.write("CHANGELOG.md", "# Changelog\n\n## [1.2.3] - today\n\n## [1.2.2]\n")
        self.assertEqual(run("check_version.py", self.root)[0], 0)
        self.write("CHANGELOG.md", "# Changelog\n\n## [1.2.2]\n")
        self.assertEqual(run("check_version.py", self.root)[0], 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
