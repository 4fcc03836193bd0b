"""誤送信の見張り: compares the words of a message and of its files with what must not go to many families.

Pure but for check.py: text in, findings out. fold.py makes writings of one name equal, names.py looks for the
roster's names, lists.py for lists of names it does not know, contact.py for ways to reach a family, words.py
for private matters.
"""
