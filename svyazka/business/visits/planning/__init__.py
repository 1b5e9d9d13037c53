"""Days planned anew, as a job of its own: read, worked on, proposed, taken over in part or whole, undone."""
