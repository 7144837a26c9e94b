from chassis.migrations import run

run("inventory")
