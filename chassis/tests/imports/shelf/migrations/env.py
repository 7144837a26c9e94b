from chassis.migrations import run

run("shelf")
