package org.example.library.lending;

public record BookLent(String isbn) {

}
