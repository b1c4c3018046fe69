"""One module per file format; `ftz_qa.loaders` is the door to them.

Every reader takes the path, for its messages, and the bytes of the file, and gives the text with one paragraph a line.
"""
