from chassis.migrations import UPGRADES, run

run(UPGRADES)
