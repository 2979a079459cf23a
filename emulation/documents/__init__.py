"""Documents as the ministry prints them: plain values in, bytes out. Nothing here sees a request or a
table.
"""
