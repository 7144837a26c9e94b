"""`python -m local_stack COMMAND`, what `./zhanggui` becomes once the environment stands."""

import sys

from local_stack.cli import main

sys.exit(main())
