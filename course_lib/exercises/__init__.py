"""Checks that the exercise notebooks call. Each says what is wrong, not only that something is.

`base` holds what all checks share, `lectureNN` the checks of one lecture.
"""
